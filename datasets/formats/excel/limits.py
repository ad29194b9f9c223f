"""What one sheet can hold."""

from typing import Final

MOST_ROWS: Final = 1_048_576
LONGEST_TEXT: Final = 32_767
