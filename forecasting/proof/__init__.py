"""How far to trust a forecast: its past windows, scored, drawn and put into words."""
