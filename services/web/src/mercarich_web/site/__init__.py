"""What every page stands on: the application, who visits, words in two languages, templates, assets, protection."""
