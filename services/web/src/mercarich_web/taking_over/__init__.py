"""Taking over the offers that a seller has at Amazon already: shown, matched with their sources, imported."""
