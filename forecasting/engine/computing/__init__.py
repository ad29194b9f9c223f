"""Where work runs: in this process, in others beside it, or on a Ray or Dask cluster.

Every engine answers the same few questions (``workers.Workers``), so that one loop (``spreading``)
sends, waits, stops and reports for all of them. joblib's own backends for Ray and Dask can neither
give results as they come nor say which task lost its worker; therefore their futures are used.
"""
