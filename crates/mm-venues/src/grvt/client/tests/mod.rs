//! The client half against messages from outside.
