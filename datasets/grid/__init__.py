"""The data grid: pages of rows, filtered, sorted and found without reading the whole table."""
