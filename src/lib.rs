pub mod adapters { pub mod embedded; }
