"""How gunicorn serves the site: `gunicorn -c python:hocba.web.workers hocba.web.wsgi`.

HOCBA_BIND      address or socket behind the proxy (default: 127.0.0.1:8000)
HOCBA_WORKERS   processes (default: one for each core; a save is processor time, not waiting)
HOCBA_THREADS   threads of each, for those that wait for the database (default: 4)

Every thread may hold one database connection: workers × threads must fit the server's limit or its
pooler's. A browser keeps its connection between saves, and an idle one costs no thread.
"""

import os

bind = os.environ.get("HOCBA_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("HOCBA_WORKERS", "0")) or os.cpu_count() or 1
threads = int(os.environ.get("HOCBA_THREADS", "4"))
worker_class = "gthread"
worker_connections = 2000
keepalive = 75
timeout = 60
graceful_timeout = 30
# A worker is replaced now and then, not all of them at once: what leaks leaks for a while only.
max_requests = 20_000
max_requests_jitter = 5_000
# What a worker writes about requests are the site's own lines of JSON.
accesslog = None
errorlog = "-"
