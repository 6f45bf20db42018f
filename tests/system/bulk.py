"""Bulk transfers between places."""
import hashlib
import os
import socket
import threading

from place import PATIENCE

SIZE = 8 << 20


def transfer(sender, receiver, address, size=SIZE):
    """Sends so many octets over one TCP connection from one place to another's address; they arrive as they were sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with receiver.socket(family) as listener, sender.socket(family) as client:
        listener.settimeout(PATIENCE)
        listener.bind(("", 0))
        listener.listen()
        arrived = hashlib.sha256()
        thread = threading.Thread(target=_receive, args=(listener, arrived))
        thread.start()
        try:
            client.settimeout(PATIENCE)
            client.connect((address, listener.getsockname()[1]))
            data = os.urandom(size)
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        finally:
            thread.join()
    assert arrived.digest() == hashlib.sha256(data).digest()


def _receive(listener, arrived):
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(PATIENCE)
        while data := connection.recv(1 << 16):
            arrived.update(data)
