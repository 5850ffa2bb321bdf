"""OpenStack Swift with its S3 interface (Debian: swift-proxy, swift-account, swift-container,
swift-object) as one process: `run_swift.py FOLDER`. Prints its port, and runs until it is killed.

Account, container and object server listen on ports of the loopback as they would on machines of
their own; each ring has one device, which is a folder.
"""
import eventlet

eventlet.monkey_patch()

import array  # noqa: E402
import logging  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402

from eventlet import wsgi  # noqa: E402
from swift.account.server import AccountController  # noqa: E402
from swift.common import ring, utils  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402
from swift.container.server import ContainerController  # noqa: E402
from swift.obj.server import ObjectController  # noqa: E402

PROXY = """
[DEFAULT]
swift_dir = %(folder)s
log_level = CRITICAL
[pipeline:main]
pipeline = catch_errors s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
auth_pipeline_check = false
location = us-east-1
allow_multipart_uploads = true
min_segment_size = 1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
storage_url_scheme = http
[filter:slo]
use = egg:swift#slo
min_segment_size = 1
"""


class Cache:
    """What memcached would keep, for this one process."""

    def __init__(self):
        self.kept = {}

    def get(self, key, **_):
        return self.kept.get(key)

    def set(self, key, value, **_):
        self.kept[key] = value

    def incr(self, key, delta=1, **_):
        self.kept[key] = int(self.kept.get(key, 0)) + delta
        return self.kept[key]

    def decr(self, key, delta=1, **_):
        return self.incr(key, -delta)

    def delete(self, key, **_):
        self.kept.pop(key, None)


def amended(app):
    """With a cache; and no body in answers to HEAD, as HTTP has it."""
    cache = Cache()

    def inner(environ, start_response):
        environ["swift.cache"] = cache
        body = app(environ, start_response)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body

    return inner


def listen():
    return eventlet.listen(("127.0.0.1", 0))


def serve(socket, app):
    quiet = logging.getLogger("quiet")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    eventlet.spawn(wsgi.server, socket, app, quiet, log_output=False, keepalive=True)


def main(folder):
    utils.HASH_PATH_SUFFIX = utils.HASH_PATH_SUFFIX or b"lifeboat"
    devices = os.path.join(folder, "devices")
    for name in ("sda1/tmp",):
        os.makedirs(os.path.join(devices, name))
    conf = {
        "devices": devices,
        "swift_dir": folder,
        "mount_check": "false",
        "log_level": "CRITICAL",
        "fallocate_reserve": "0",
        "disable_fallocate": "true",
    }
    sockets = {name: listen() for name in ("account", "container", "object")}
    for name, socket in sockets.items():
        device = {
            "id": 0,
            "region": 1,
            "zone": 0,
            "weight": 1.0,
            "device": "sda1",
            "ip": "127.0.0.1",
            "port": socket.getsockname()[1],
            "meta": "",
        }
        data = ring.RingData([array.array("H", [0])], [device], 32)
        data.save(os.path.join(folder, name + ".ring.gz"))
    serve(sockets["account"], AccountController(conf))
    serve(sockets["container"], ContainerController(conf))
    serve(sockets["object"], ObjectController(conf))
    path = os.path.join(folder, "proxy-server.conf")
    with open(path, "w") as file:
        file.write(PROXY % {"folder": folder})
    proxy = listen()
    serve(proxy, amended(loadapp(path, global_conf={"log_name": "proxy"})))
    print(proxy.getsockname()[1], flush=True)
    while True:
        eventlet.sleep(3600)


main(sys.argv[1])
