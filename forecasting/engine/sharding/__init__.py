"""A model of one series at a time, fitted to a panel of many in small pieces.

``plan`` deals the series out, ``settling`` sees every piece through, ``store`` keeps what is done,
``calibrating`` makes one pool of the errors of all, ``joined`` puts the answers in order again. The
doors are in ``forecasting.engine.sharded``.
"""
