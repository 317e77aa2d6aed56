"""A port nobody listens on."""

import socket


def free_port() -> int:
    """A TCP port of 127.0.0.1 that was free a moment ago; the system does not soon hand the same one out again."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
