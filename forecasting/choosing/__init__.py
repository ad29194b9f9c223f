"""What a person may choose about a forecast, each choice explained and checked on its own."""
