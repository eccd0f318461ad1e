"""What keeps the system from doing its work: measured by the pages' process, judged in one place, told to everybody."""
