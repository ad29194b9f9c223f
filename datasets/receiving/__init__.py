"""From bytes on the wire to rows that wait for a person, and what clears up after them."""
