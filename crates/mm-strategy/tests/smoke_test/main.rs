//! The smoke test against simulated venues in this process, under virtual time: one file a venue.

mod backpack;
mod grvt;
mod lighter;
mod world;
