"""Pictures of the items, drawn from numbers: the thing itself (`things`), and a photo of it (`photo`)."""
