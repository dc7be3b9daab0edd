//! Models from elsewhere.

mod model_file;
mod odd_servers;
mod openai;
