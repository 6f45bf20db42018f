"""Small HTTP questions to weftd and the agents."""
import http.client
import json
import socket

from weftlab import api_socket, netns
from weftlab.errors import LabError, NotFound


def healthy(address, port, namespace=None):
    """True if /healthz answers 200."""
    try:
        return request("GET", "/healthz", address=address, port=port, namespace=namespace)[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def request(method, path, *, address, port, namespace=None, body=None, timeout=5.0):
    """One request; gives the status and the body's bytes."""
    connection = http.client.HTTPConnection(address, port, timeout=timeout)
    connection.sock = _connect(address, port, namespace, timeout)
    try:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _connect(address, port, namespace, timeout):
    if namespace is None:
        return socket.create_connection((address, port), timeout)
    with netns.entered(namespace):
        return socket.create_connection((address, port), timeout)


def api(lab, method, path, body=None):
    """A request to the Neutron API; gives the decoded answer, or a LabError with the API's message."""
    try:
        status, answer = request(method, path, address=api_socket.HOST, port=api_socket.port(lab), timeout=30,
                                 body=None if body is None else json.dumps(body))
    except OSError as error:
        raise LabError(f"the API does not answer: {error}") from error
    if status >= 300:
        raise (NotFound if status == 404 else LabError)(f"{method} {path}: {status} {answer.decode(errors='replace')}")
    return json.loads(answer) if answer else None
