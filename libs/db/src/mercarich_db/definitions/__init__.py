"""The settings' definitions by subject; `mercarich_db.setting_definitions` puts them together."""
