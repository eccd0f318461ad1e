"""What feed touches outside itself: Amazon, the database, the stored key, its threads, the meter."""
