//! The ledger of a live session: what was seen, with times.
