"""`make bench`: speeds as ratios to a raw loop over the same input in the same run, so that noise cancels out."""
