"""A WebSocket client for tests, straight into the ASGI application (no server, no port)."""

import json
from urllib.parse import unquote

from asgiref.testing import ApplicationCommunicator

PATIENT = 10


class Line(ApplicationCommunicator):
    """`await line.connect()`, then `send_json_to`, `receive_json_from`, `closing_code`."""

    def __init__(self, application, path, *, cookies=None, origin="http://localhost"):
        headers = [(b"host", b"localhost")]
        if origin:
            headers.append((b"origin", origin.encode()))
        if cookies:
            text = "; ".join(f"{name}={value}" for name, value in cookies.items())
            headers.append((b"cookie", text.encode()))
        where, _, query = path.partition("?")
        scope = {
            "type": "websocket",
            "path": unquote(where),
            "query_string": query.encode(),
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self):
        """(True, None), or (False, closing code)."""
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(PATIENT)
        return answer["type"] == "websocket.accept", answer.get("code")

    async def send_text(self, text):
        await self.send_input({"type": "websocket.receive", "text": text})

    async def send_json_to(self, data):
        await self.send_text(json.dumps(data))

    async def receive_json_from(self):
        message = await self.receive_output(PATIENT)
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def closing_code(self):
        """The code with which the other side hangs up; messages before it are skipped."""
        while True:
            message = await self.receive_output(PATIENT)
            if message["type"] == "websocket.close":
                return message.get("code")

    async def disconnect(self, code=1000):
        await self.send_input({"type": "websocket.disconnect", "code": code})
        await self.wait(PATIENT)
