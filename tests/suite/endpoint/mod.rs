//! Models from elsewhere.

mod model_file;
mod openai;
