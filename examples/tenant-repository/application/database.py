"""Where the tenant's database is, and with which credentials: nothing of it is configured or kept."""

import json
import socket
import subprocess

# Seconds. A database that doesn't answer must not hold up requests.
TIMEOUT = 3


class Unavailable(Exception):
    """There is no database, or it can't be asked for; the text says why."""


def record(parameter):
    """What the database publishes of itself: address, port, db_name, username, master_user_secret_arn."""
    answer = _aws("ssm", "get-parameter", "--name", parameter)
    published = json.loads(answer["Parameter"]["Value"])
    if not published.get("outputs"):
        raise Unavailable(f"{parameter}: the database is still being made")
    return published["outputs"]


def credentials(secret_arn):
    """The master user's name and password. RDS rotates the password: ask when a connection is opened, keep nothing.

    With a MySQL driver: connect(host=address, port=port, user=name, password=password, ssl=...). The database takes
    encrypted connections only; RDS's certificates are at https://truststore.pki.rds.amazonaws.com.
    """
    answer = _aws("secretsmanager", "get-secret-value", "--secret-id", secret_arn)
    secret = json.loads(answer["SecretString"])
    return secret["username"], secret["password"]


def greeting(address, port):
    """The version that MySQL says before anybody logs in: shows that the way there is open."""
    try:
        with socket.create_connection((address, port), TIMEOUT) as connection:
            connection.settimeout(TIMEOUT)
            # Four bytes of header, one of the protocol's version, then text up to a zero byte.
            packet = connection.recv(256)
    except OSError as error:
        raise Unavailable(f"{address}:{port}: {error}") from error
    return packet[5:].split(b"\0")[0].decode("ascii", "replace")


def _aws(*arguments):
    """Asks AWS with the instance's role. Boto3 would do as well; the command line needs nothing installed."""
    command = ["aws", *arguments, "--output", "json"]
    try:
        done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=20)
    except subprocess.CalledProcessError as error:
        raise Unavailable(error.stderr.strip()) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(str(error)) from error
    return json.loads(done.stdout)
