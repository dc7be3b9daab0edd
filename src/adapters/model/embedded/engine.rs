//! The forward pass: Qwen2 over quantized weights, with a prefix cache that can be forked.
//!
//! candle's own `quantized_qwen2` keeps its cache private and can only clear it. Judging asks two dozen
//! questions about one answer, so here a [`Cache`] is a value: cheap to clone, never changed by a pass that
//! reads it, and every question can start from the same one.

use std::{io, path::Path};

use candle_core::{
    DType, Device, IndexOp, Tensor,
    quantized::{QMatMul, QTensor, gguf_file},
};
use candle_nn::{Module, ops, rotary_emb};
use tokenizers::Tokenizer;

use super::EngineError;

/// Longest sequence, in tokens, that a pass may reach. The model allows 32,768; memory decides for us.
pub const MAX_POSITIONS: usize = 16_384;

/// Bytes of a text, from the first to behind the last.
pub type Span = (usize, usize);

/// The weights of one model, read-only and shared by every pass.
pub struct Engine {
    embedding: QMatMul,
    layers: Vec<Layer>,
    last_norm: Norm,
    head: QMatMul,
    cos: Tensor,
    sin: Tensor,
    shape: Shape,
    device: Device,
    /// The tokenizer that is stored in the model file.
    pub tokenizer: Tokenizer,
}

#[derive(Clone, Copy)]
struct Shape {
    heads: usize,
    kv_heads: usize,
    head_size: usize,
}

struct Norm {
    weight: Tensor,
    eps: f32,
}

struct Layer {
    attention_norm: Norm,
    query: QMatMul,
    key: QMatMul,
    value: QMatMul,
    query_bias: Tensor,
    key_bias: Tensor,
    value_bias: Tensor,
    output: QMatMul,
    feed_norm: Norm,
    gate: QMatMul,
    up: QMatMul,
    down: QMatMul,
}

/// Keys and values of a prefix, one pair a layer. Cloning shares the tensors.
#[derive(Clone, Default)]
pub struct Cache {
    layers: Vec<(Tensor, Tensor)>,
    length: usize,
}

impl Cache {
    /// The number of tokens that this cache stands for.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing has been run into it yet.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The first `length` tokens of this cache: what is left when the text after them was edited.
    pub fn cut(&self, length: usize) -> candle_core::Result<Self> {
        let length = length.min(self.length);
        let layers = self
            .layers
            .iter()
            .map(|(key, value)| {
                Ok((key.narrow(2, 0, length)?.contiguous()?, value.narrow(2, 0, length)?.contiguous()?))
            })
            .collect::<candle_core::Result<_>>()?;
        Ok(Self { layers, length })
    }
}

/// A continuation of a prefix that is read on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its tokens.
    pub tokens: Vec<u32>,
    /// How many of them lead in, and are not read.
    pub lead: usize,
}

/// What of a question is read.
#[derive(Clone, Debug, Default)]
pub struct Taps {
    /// Layers, counted from 1, whose output is kept. 0 would be the embedding.
    pub hidden: Vec<usize>,
    /// Layers, counted from 0, whose attention weights are kept.
    pub attention: Vec<usize>,
}

impl Taps {
    /// How many layers have to be run: a readout at layer 20 needs no layer 21.
    pub fn depth(&self) -> usize {
        let attention = self.attention.iter().map(|layer| layer + 1);
        self.hidden.iter().copied().chain(attention).max().unwrap_or(0)
    }
}

/// What the model's inside says about one question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// For each tapped layer the state at the question's last token, then the mean over its tokens.
    pub state: Vec<f32>,
    /// For each tapped layer and each of its heads, how much the question's tokens look at each token of the prefix,
    /// on average.
    pub attention: Vec<Vec<f32>>,
}

impl Engine {
    /// Reads weights and tokenizer from a GGUF file.
    ///
    /// # Errors
    ///
    /// When the file can't be read, isn't a Qwen2 GGUF, or lacks a tensor.
    pub fn load(path: &Path) -> Result<Self, EngineError> {
        let device = Device::Cpu;
        let mut file = io::BufReader::with_capacity(1 << 20, std::fs::File::open(path)?);
        let content = gguf_file::Content::read(&mut file)?;
        let tokenizer = candle_core::quantized::tokenizer::TokenizerFromGguf::from_gguf(&content)?;
        let metadata = Metadata(&content);
        let heads = metadata.count("attention.head_count")?;
        let kv_heads = metadata.count("attention.head_count_kv")?;
        let hidden = metadata.count("embedding_length")?;
        let blocks = metadata.count("block_count")?;
        let eps = metadata.float("attention.layer_norm_rms_epsilon")?;
        let base = metadata.float("rope.freq_base")?;
        if heads == 0 || kv_heads == 0 || !hidden.is_multiple_of(heads) || !heads.is_multiple_of(kv_heads) {
            return Err(EngineError::Shape);
        }
        let shape = Shape { heads, kv_heads, head_size: hidden / heads };

        let mut read = |name: &str| content.tensor(&mut file, name, &device);
        let embedding = QMatMul::from_qtensor(read("token_embd.weight")?)?;
        let mut layers = Vec::with_capacity(blocks);
        for block in 0..blocks {
            let mut part = |name: &str| read(&format!("blk.{block}.{name}"));
            let attention_norm = Norm::new(part("attn_norm.weight")?, eps, &device)?;
            let feed_norm = Norm::new(part("ffn_norm.weight")?, eps, &device)?;
            let query_bias = part("attn_q.bias")?.dequantize(&device)?;
            let key_bias = part("attn_k.bias")?.dequantize(&device)?;
            let value_bias = part("attn_v.bias")?.dequantize(&device)?;
            let mut matrix = |name: &str| QMatMul::from_qtensor(part(name)?);
            layers.push(Layer {
                query: matrix("attn_q.weight")?,
                key: matrix("attn_k.weight")?,
                value: matrix("attn_v.weight")?,
                output: matrix("attn_output.weight")?,
                gate: matrix("ffn_gate.weight")?,
                up: matrix("ffn_up.weight")?,
                down: matrix("ffn_down.weight")?,
                attention_norm,
                feed_norm,
                query_bias,
                key_bias,
                value_bias,
            });
        }
        let last_norm = Norm::new(read("output_norm.weight")?, eps, &device)?;
        // Small models use the embedding in both directions and store it once.
        let head = match read("output.weight") {
            Ok(head) => QMatMul::from_qtensor(head)?,
            Err(_) => embedding.clone(),
        };
        let (cos, sin) = rotary_table(shape.head_size, base, &device)?;
        Ok(Self { embedding, layers, last_norm, head, cos, sin, shape, device, tokenizer })
    }

    /// The tokens of `text`, which may hold the chat template's own marks.
    ///
    /// # Errors
    ///
    /// When the tokenizer rejects the text.
    pub fn tokens(&self, text: &str) -> Result<Vec<u32>, EngineError> {
        let encoding =
            self.tokenizer.encode(text, false).map_err(|error| EngineError::Tokenizer(error.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The tokens of `text`, and for each of them the bytes of `text` that it stands for.
    ///
    /// # Errors
    ///
    /// When the tokenizer rejects the text.
    pub fn tokens_with_offsets(&self, text: &str) -> Result<(Vec<u32>, Vec<Span>), EngineError> {
        let encoding =
            self.tokenizer.encode(text, false).map_err(|error| EngineError::Tokenizer(error.to_string()))?;
        Ok((encoding.get_ids().to_vec(), encoding.get_offsets().to_vec()))
    }

    /// Runs `tokens` one after the other behind `past`, through the first `depth` layers. Returns the longer cache and
    /// the output of layer `keep`, counted from 1: one row a token.
    ///
    /// # Errors
    ///
    /// When the sequence would grow past [`MAX_POSITIONS`], or a tensor operation fails.
    pub fn extend(
        &self,
        past: &Cache,
        tokens: &[u32],
        depth: usize,
        keep: usize,
    ) -> Result<(Cache, Vec<f32>), EngineError> {
        let mut kept = vec![];
        let cache = self.run(past, &[tokens], depth, |layer, state, _| {
            if layer + 1 == keep {
                kept = state.flatten_all()?.to_vec1()?;
            }
            Ok(())
        })?;
        Ok((cache, kept))
    }

    /// Reads several questions behind `past` in one pass. None of them sees another: each attends to the prefix and to
    /// itself, and its positions start right after the prefix.
    ///
    /// # Errors
    ///
    /// When a sequence would grow past [`MAX_POSITIONS`], or a tensor operation fails.
    pub fn read(
        &self,
        past: &Cache,
        questions: &[Question],
        taps: &Taps,
    ) -> Result<Vec<Reading>, EngineError> {
        let parts: Vec<&[u32]> = questions.iter().map(|question| question.tokens.as_slice()).collect();
        let mut readings = vec![Reading::default(); questions.len()];
        self.run(past, &parts, taps.depth(), |layer, state, weights| {
            let (hidden, attention) = (taps.hidden.contains(&(layer + 1)), taps.attention.contains(&layer));
            let mut start = 0;
            for (question, reading) in questions.iter().zip(&mut readings) {
                let (from, count) = (start + question.lead, question.tokens.len() - question.lead);
                start += question.tokens.len();
                if hidden {
                    let state = state.i(0)?.narrow(0, from, count)?;
                    reading.state.extend(state.i(count - 1)?.to_vec1::<f32>()?);
                    reading.state.extend(state.mean(0)?.to_vec1::<f32>()?);
                }
                if attention {
                    let looks = weights.i(0)?.narrow(1, from, count)?.narrow(2, 0, past.len())?;
                    reading.attention.extend(looks.mean(1)?.to_vec2::<f32>()?);
                }
            }
            Ok(())
        })?;
        Ok(readings)
    }

    /// Log-probabilities of the token that follows `tokens` behind `past`, through all layers.
    ///
    /// # Errors
    ///
    /// When the sequence would grow past [`MAX_POSITIONS`], or a tensor operation fails.
    pub fn next_token(&self, tokens: &[u32]) -> Result<Vec<f32>, EngineError> {
        let mut last = None;
        self.run(&Cache::default(), &[tokens], self.layers.len(), |layer, state, _| {
            if layer + 1 == self.layers.len() {
                last = Some(state.narrow(1, tokens.len() - 1, 1)?);
            }
            Ok(())
        })?;
        let last = last.ok_or(EngineError::Shape)?;
        let logits = self.head.forward(&self.last_norm.forward(&last)?)?;
        Ok(ops::log_softmax(&logits.flatten_all()?, 0)?.to_vec1()?)
    }

    /// Runs parts that don't see each other behind `past`, and shows each layer's output and attention weights to `look`.
    fn run(
        &self,
        past: &Cache,
        parts: &[&[u32]],
        depth: usize,
        mut look: impl FnMut(usize, &Tensor, &Tensor) -> candle_core::Result<()>,
    ) -> Result<Cache, EngineError> {
        let longest = parts.iter().map(|part| part.len()).max().unwrap_or(0);
        if longest == 0 || past.len() + longest > MAX_POSITIONS {
            return Err(EngineError::TooLong { tokens: past.len() + longest, limit: MAX_POSITIONS });
        }
        let tokens: Vec<u32> = parts.concat();
        let positions: Vec<u32> =
            parts.iter().flat_map(|part| (past.len()..past.len() + part.len()).map(|p| p as u32)).collect();
        let mask = self.mask(past.len(), parts)?;
        let positions = Tensor::new(positions, &self.device)?;
        let cos = self.cos.index_select(&positions, 0)?;
        let sin = self.sin.index_select(&positions, 0)?;
        let ids = Tensor::new(tokens.as_slice(), &self.device)?;
        let mut state = self.embedding.embedding(&ids)?.to_dtype(DType::F32)?.unsqueeze(0)?;
        let mut cache = Cache { layers: vec![], length: past.length + tokens.len() };
        let depth = depth.min(self.layers.len());
        for (index, layer) in self.layers[..depth].iter().enumerate() {
            let step = layer.forward(&state, past.layers.get(index), (&cos, &sin), &mask, self.shape)?;
            state = step.state;
            cache.layers.push(step.cache);
            look(index, &state, &step.weights)?;
        }
        Ok(cache)
    }

    /// 0 where a token may look, minus infinity where it may not.
    fn mask(&self, past: usize, parts: &[&[u32]]) -> candle_core::Result<Tensor> {
        let rows: usize = parts.iter().map(|part| part.len()).sum();
        let width = past + rows;
        let mut mask = vec![f32::NEG_INFINITY; rows * width];
        let mut start = 0;
        for part in parts {
            for offset in 0..part.len() {
                let row = &mut mask[(start + offset) * width..][..width];
                row[..past].fill(0.0);
                row[past + start..=past + start + offset].fill(0.0);
            }
            start += part.len();
        }
        Tensor::from_vec(mask, (1, 1, rows, width), &self.device)
    }
}

struct Step {
    state: Tensor,
    cache: (Tensor, Tensor),
    weights: Tensor,
}

impl Layer {
    fn forward(
        &self,
        state: &Tensor,
        past: Option<&(Tensor, Tensor)>,
        (cos, sin): (&Tensor, &Tensor),
        mask: &Tensor,
        shape: Shape,
    ) -> candle_core::Result<Step> {
        let (_, tokens, _) = state.dims3()?;
        let normed = self.attention_norm.forward(state)?;
        let project = |weight: &QMatMul, bias: &Tensor, heads: usize| {
            weight
                .forward(&normed)?
                .broadcast_add(bias)?
                .reshape((1, tokens, heads, shape.head_size))?
                .transpose(1, 2)?
                .contiguous()
        };
        let query = rotary_emb::rope(&project(&self.query, &self.query_bias, shape.heads)?, cos, sin)?;
        let key = rotary_emb::rope(&project(&self.key, &self.key_bias, shape.kv_heads)?, cos, sin)?;
        let value = project(&self.value, &self.value_bias, shape.kv_heads)?;
        let (key, value) = match past {
            Some((old_key, old_value)) => {
                (Tensor::cat(&[old_key, &key], 2)?, Tensor::cat(&[old_value, &value], 2)?)
            }
            None => (key, value),
        };
        let repeat = shape.heads / shape.kv_heads;
        let scale = (shape.head_size as f64).sqrt();
        let scores = (query.matmul(&repeat_heads(&key, repeat)?.t()?)? / scale)?;
        let weights = ops::softmax_last_dim(&scores.broadcast_add(mask)?)?;
        let mixed = weights.matmul(&repeat_heads(&value, repeat)?)?.transpose(1, 2)?.reshape((
            1,
            tokens,
            shape.heads * shape.head_size,
        ))?;
        let state = (state + self.output.forward(&mixed)?)?;
        let normed = self.feed_norm.forward(&state)?;
        let fed = (ops::silu(&self.gate.forward(&normed)?)? * self.up.forward(&normed)?)?;
        let state = (state + self.down.forward(&fed)?)?;
        Ok(Step { state, cache: (key, value), weights })
    }
}

impl Norm {
    fn new(weight: QTensor, eps: f32, device: &Device) -> candle_core::Result<Self> {
        Ok(Self { weight: weight.dequantize(device)?, eps })
    }

    fn forward(&self, state: &Tensor) -> candle_core::Result<Tensor> {
        ops::rms_norm(&state.contiguous()?, &self.weight, self.eps)
    }
}

/// Grouped-query attention: each key and value head serves `repeat` query heads.
fn repeat_heads(tensor: &Tensor, repeat: usize) -> candle_core::Result<Tensor> {
    let (batch, heads, tokens, size) = tensor.dims4()?;
    tensor
        .unsqueeze(2)?
        .expand((batch, heads, repeat, tokens, size))?
        .reshape((batch, heads * repeat, tokens, size))?
        .contiguous()
}

fn rotary_table(head_size: usize, base: f32, device: &Device) -> candle_core::Result<(Tensor, Tensor)> {
    let frequencies: Vec<f32> =
        (0..head_size).step_by(2).map(|i| base.powf(-(i as f32) / head_size as f32)).collect();
    let frequencies = Tensor::new(frequencies, device)?.reshape((1, head_size / 2))?;
    let angles = Tensor::arange(0u32, MAX_POSITIONS as u32, device)?
        .to_dtype(DType::F32)?
        .reshape((MAX_POSITIONS, 1))?
        .matmul(&frequencies)?;
    Ok((angles.cos()?, angles.sin()?))
}

/// Typed access to the `qwen2.*` keys of a GGUF header.
struct Metadata<'a>(&'a gguf_file::Content);

impl Metadata<'_> {
    fn value(&self, key: &str) -> Result<&gguf_file::Value, EngineError> {
        let key = format!("qwen2.{key}");
        self.0.metadata.get(&key).ok_or(EngineError::MissingKey(key))
    }

    fn count(&self, key: &str) -> Result<usize, EngineError> {
        Ok(self.value(key)?.to_u32()? as usize)
    }

    fn float(&self, key: &str) -> Result<f32, EngineError> {
        Ok(self.value(key)?.to_f32()?)
    }
}
