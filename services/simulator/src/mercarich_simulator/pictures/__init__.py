"""Pictures of what is for sale, drawn from numbers: the thing itself (`things`), and a photo of it (`photo`)."""
