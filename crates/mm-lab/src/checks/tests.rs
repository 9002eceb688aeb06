//! Each check catches a violation made by hand, and is silent about what is right.
