"""`suivi demo`: one case played from beginning to end against a real server, over HTTP and WebSocket."""
