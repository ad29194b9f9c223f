"""Health check of the web container: asks /health by a host name that is allowed."""

from __future__ import annotations

import http.client
import os
import sys

PORT = 8000


def main(port: int = PORT) -> int:
    """0 when the web process answers, else 1."""
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
    sys.exit(main())
