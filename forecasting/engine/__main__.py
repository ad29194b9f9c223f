"""``python -m forecasting.engine forecast|backtest|benchmark FILE …``"""

from __future__ import annotations

import sys

from forecasting.engine.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
