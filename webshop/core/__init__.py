"""What every package stands on and what knows no shop: money, clock, database, states, numbers, errors."""
