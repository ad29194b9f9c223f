"""Health check of a container: asks /health on its port, by a host name that is allowed."""

from __future__ import annotations

import http.client
import os
import sys

PORT = 8000


def main(port: int = PORT) -> int:
    """0 when the process behind `port` answers, else 1."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/health", headers={"Host": host or "localhost"})
        return 0 if connection.getresponse().status == http.HTTPStatus.OK else 1
    except (OSError, http.client.HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(*(int(port) for port in sys.argv[1:])))
