"""How a book comes in: account files, ccxt structures, tier tables; parsed once, with located errors."""
