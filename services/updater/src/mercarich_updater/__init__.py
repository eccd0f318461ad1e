"""Revival (在庫復活): a replacement for a source that is gone, so that the offer can go back up."""
