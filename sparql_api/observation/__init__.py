"""What can be seen of the service from outside: counters for `/metrics`, one log line per request, `Server-Timing`, readiness.

    state      Observation: everything counted since the process started; plain attributes, cheap on the hot path
    requests   one request while it is answered: its id, its route class, its timings, its log line
    queries    the outcome of a query, whichever engine answers it
    lines      lines to standard error that never block, break or delay an answer
    metrics    the counters as Prometheus families, made when somebody asks for them
    memory     what the processes of the service hold, from /proc
    readiness  whether a worker answers, asked at most once at a time
"""
