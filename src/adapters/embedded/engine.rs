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

/// The weights of one model, read-only and shared by every pass.
pub struct Engine {
    embedding: QMatMul,
    layers: Vec<Layer>,
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

/// What a pass should hand back besides the cache, and how deep it has to go for that.
#[derive(Clone, Debug, Default)]
pub struct Taps {
    /// Layers, counted from 1, whose output is kept. 0 would be the embedding.
    pub hidden: Vec<usize>,
    /// Layers, counted from 0, whose attention weights are kept.
    pub attention: Vec<usize>,
    /// Run only this many layers; `None` runs all of them. A readout at layer 20 needs no layer 21.
    pub depth: Option<usize>,
}

/// The result of a pass.
pub struct Pass {
    /// The cache after this pass: the one that it started from, plus its own tokens.
    pub cache: Cache,
    /// For each tapped layer a `(tokens, hidden size)` tensor.
    pub hidden: Vec<Tensor>,
    /// For each tapped layer a `(heads, tokens, cache + tokens)` tensor of attention weights.
    pub attention: Vec<Tensor>,
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
        let (cos, sin) = rotary_table(shape.head_size, base, &device)?;
        Ok(Self { embedding, layers, cos, sin, shape, device, tokenizer })
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
    pub fn tokens_with_offsets(&self, text: &str) -> Result<(Vec<u32>, Vec<(usize, usize)>), EngineError> {
        let encoding =
            self.tokenizer.encode(text, false).map_err(|error| EngineError::Tokenizer(error.to_string()))?;
        Ok((encoding.get_ids().to_vec(), encoding.get_offsets().to_vec()))
    }

    /// Runs `tokens` one after the other behind `past`.
    ///
    /// # Errors
    ///
    /// When the sequence would grow past [`MAX_POSITIONS`], or a tensor operation fails.
    pub fn extend(&self, past: &Cache, tokens: &[u32], taps: &Taps) -> Result<Pass, EngineError> {
        self.packed(past, &[tokens], taps)
    }

    /// Runs several continuations of `past` in one pass. None of them sees another: each attends to the
    /// prefix and to itself, and its positions start right after the prefix.
    ///
    /// # Errors
    ///
    /// When a sequence would grow past [`MAX_POSITIONS`], or a tensor operation fails.
    pub fn packed(&self, past: &Cache, parts: &[&[u32]], taps: &Taps) -> Result<Pass, EngineError> {
        let longest = parts.iter().map(|part| part.len()).max().unwrap_or(0);
        if longest == 0 || past.len() + longest > MAX_POSITIONS {
            return Err(EngineError::TooLong { tokens: past.len() + longest, limit: MAX_POSITIONS });
        }
        let tokens: Vec<u32> = parts.concat();
        let positions: Vec<u32> =
            parts.iter().flat_map(|part| (past.len()..past.len() + part.len()).map(|p| p as u32)).collect();
        let mask = self.mask(past.len(), parts)?;
        let pass = self.run(past, &tokens, &positions, &mask, taps)?;
        Ok(pass)
    }

    fn run(
        &self,
        past: &Cache,
        tokens: &[u32],
        positions: &[u32],
        mask: &Tensor,
        taps: &Taps,
    ) -> candle_core::Result<Pass> {
        let positions = Tensor::new(positions, &self.device)?;
        let cos = self.cos.index_select(&positions, 0)?;
        let sin = self.sin.index_select(&positions, 0)?;
        let ids = Tensor::new(tokens, &self.device)?;
        let mut state = self.embedding.embedding(&ids)?.to_dtype(DType::F32)?.unsqueeze(0)?;
        let mut cache = Cache { layers: vec![], length: past.length + tokens.len() };
        let (mut hidden, mut attention) = (vec![], vec![]);
        let depth = taps.depth.unwrap_or(self.layers.len()).min(self.layers.len());
        for (index, layer) in self.layers[..depth].iter().enumerate() {
            let step = layer.forward(&state, past.layers.get(index), (&cos, &sin), mask, self.shape)?;
            state = step.state;
            cache.layers.push(step.cache);
            if taps.attention.contains(&index) {
                attention.push(step.weights.i(0)?);
            }
            if taps.hidden.contains(&(index + 1)) {
                hidden.push(state.i(0)?);
            }
        }
        Ok(Pass { cache, hidden, attention })
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
