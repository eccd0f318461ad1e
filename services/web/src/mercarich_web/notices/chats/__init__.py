"""The chats where sellers read their notices: what each takes, says and refuses."""
