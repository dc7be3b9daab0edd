//! The whole file over HTTP, resumed where an earlier try was cut.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    time::Duration,
};

use reqwest::{StatusCode, header};

use super::{InstallError, ModelFile, Watch, megabytes, size};

/// How a fetch failed.
pub enum Failure {
    /// Another source may have it.
    Unavailable(String),
    /// No other source would help.
    Stop(InstallError),
}

/// Tries in a row that bring no byte before the source counts as out of reach.
const TRIES: u32 = 3;
const CONNECT: Duration = Duration::from_secs(10);
const READ: Duration = Duration::from_secs(30);

/// Fetches a file into `part`, from where `part` ends.
pub fn fetch(url: &str, file: &ModelFile, part: &Path, watch: &mut dyn Watch) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Unavailable(error.to_string()))?;
    runtime.block_on(async {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(READ)
            .build()
            .map_err(|error| Failure::Unavailable(plain(&error)))?;
        let mut fruitless = 0;
        while size(part) < file.bytes {
            let before = size(part);
            match once(&client, url, file, part, watch).await {
                Err(Failure::Unavailable(why)) => {
                    fruitless = if size(part) > before { 0 } else { fruitless + 1 };
                    // A source that never gave a byte is given up at once: there is another one.
                    if fruitless >= TRIES || size(part) == 0 {
                        return Err(Failure::Unavailable(why));
                    }
                    tokio::time::sleep(Duration::from_millis(500 << fruitless)).await;
                }
                Err(stop) => return Err(stop),
                Ok(()) => {}
            }
        }
        Ok(())
    })
}

async fn once(
    client: &reqwest::Client,
    url: &str,
    file: &ModelFile,
    part: &Path,
    watch: &mut dyn Watch,
) -> Result<(), Failure> {
    let have = size(part);
    let unavailable = |why: String| Failure::Unavailable(why);
    let mut request = client.get(url);
    if have > 0 {
        request = request.header(header::RANGE, format!("bytes={have}-"));
    }
    watch.stage(&format!("getting the model from {}", file.hub), file.bytes);
    let pending = request.send();
    tokio::pin!(pending);
    let mut response = loop {
        tokio::select! {
            response = &mut pending => break response.map_err(|error| unavailable(plain(&error)))?,
            () = tokio::time::sleep(Duration::from_millis(100)) => stop_if_cancelled(watch, part)?,
        }
    };
    let status = response.status();
    let resumed = status == StatusCode::PARTIAL_CONTENT;
    if !status.is_success() {
        return Err(unavailable(format!("it answered with status {}", status.as_u16())));
    }
    let start = if resumed { have } else { 0 };
    if let Some(length) = response.content_length()
        && start + length != file.bytes
    {
        return Err(unavailable("it offers a file of another size".into()));
    }
    let io = |cause| Failure::Stop(InstallError::io(part, cause));
    let mut out: File = OpenOptions::new().create(true).append(true).open(part).map_err(io)?;
    if !resumed {
        out.set_len(0).map_err(io)?;
    }
    let mut done = start;
    watch.at(done);
    while let Some(bytes) = response.chunk().await.map_err(|error| unavailable(plain(&error)))? {
        if done + bytes.len() as u64 > file.bytes {
            out.set_len(0).map_err(io)?;
            return Err(unavailable("it sent more than the model's size".into()));
        }
        out.write_all(&bytes).map_err(io)?;
        done += bytes.len() as u64;
        watch.at(done);
        stop_if_cancelled(watch, part)?;
    }
    if done < file.bytes { Err(unavailable("the connection was cut".into())) } else { Ok(()) }
}

fn stop_if_cancelled(watch: &dyn Watch, part: &Path) -> Result<(), Failure> {
    if watch.is_cancelled() {
        return Err(Failure::Stop(InstallError::Interrupted { kept: megabytes(size(part)) }));
    }
    Ok(())
}

/// What kind of failure it was, without addresses or bodies.
fn plain(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "it can't be reached"
    } else {
        "the connection was cut"
    };
    what.into()
}
