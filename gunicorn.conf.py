"""How gunicorn serves the dashboard: ``gunicorn app:server`` reads this by itself.

Nothing of the dashboard is imported here: the process that starts the workers would hold on to
it, and a reload (SIGHUP) would mix old code with new.
"""

import ctypes
import os
from pathlib import Path

bind = os.environ.get("LEAP_ADDRESS", "127.0.0.1:8050")

# One process with threads: queries and fits spend their time in DuckDB and numpy, outside
# Python's lock, and what is remembered is remembered once.
# More threads than processors: who waits for a comparison to be fitted, of which two go on at a
# time, must not keep others from a page that is ready.
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
worker_class = "gthread"
threads = int(os.environ.get("LEAP_THREADS", "24"))

# Every worker opens the database itself: DuckDB's connections do not survive a fork.
preload_app = False

timeout = 60  # a worker that hangs so long is replaced; a long request alone does not hang it
graceful_timeout = 90  # a deck of slides may still be in the making
keepalive = 75  # longer than proxies keep theirs, so that none meets a closed connection
control_socket_disable = True  # signals will do

# glibc gives threads pools of memory of their own, up to eight a processor, and each keeps what was
# freed in it: with arrays as large as a comparison's that comes to gigabytes. Two pools suffice.
_M_ARENA_MAX, _POOLS = -8, 2
if hasattr(ctypes.CDLL(None), "mallopt"):
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _POOLS)

_SHARED = os.environ.get("PROMETHEUS_MULTIPROC_DIR")

# --- Logs: a line a record, to standard error. Requests are logged by the dashboard, by route and
# without the query; gunicorn's own access log would show students' numbers.

accesslog = None

_FORMATS = {
    "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    "json": {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": ("levelname", "name", "message", "request_id"),
        "rename_fields": {"levelname": "level", "name": "logger"},
        "timestamp": "time",
    },
}
_format = os.environ.get("LEAP_LOG", "plain")
if _format not in _FORMATS:
    raise ValueError(f"LEAP_LOG is “{_format}”: it can be {' or '.join(_FORMATS)}")

logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": _FORMATS[_format]},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"level": "INFO", "handlers": ["lines"]},
    "loggers": {"gunicorn.error": {"level": "INFO", "propagate": True, "handlers": []}},
}


# --- Metrics of several processes, in files of a folder that they share.


def on_starting(_server):
    """Forget the metrics of an earlier run."""
    if _SHARED:
        Path(_SHARED).mkdir(parents=True, exist_ok=True)
        for file in Path(_SHARED).glob("*.db"):
            file.unlink()


def child_exit(_server, worker):
    """Take what a worker held out of the sums."""
    if _SHARED:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)
