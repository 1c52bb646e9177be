"""The gateway: sessions, sockets, and which event goes to whom."""
