//! A real browser without a window. Debian's packages `chromium` and `chromium-driver` bring it; a test says so and
//! passes where there is none.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use base64::Engine;
use serde_json::{Value, json};
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

/// The widths of a phone and of a desktop, in CSS pixels.
pub const WIDTHS: [u32; 2] = [360, 1_400];
/// The most that a page may weigh, in bytes.
const HEAVIEST: usize = 60 * 1_024;

/// A browser with an empty profile, stopped when dropped.
pub struct Browser {
    pub driver: WebDriver,
    process: Child,
}

impl Browser {
    /// Starts a browser; `None`, with a word on standard error, if the machine has none.
    pub async fn start() -> Option<Self> {
        let (Some(driver), Some(browser)) = (program("chromedriver"), program("chromium")) else {
            eprintln!("skipped: install chromium and chromium-driver to test the pages in a browser");
            return None;
        };
        let port = byoc_tests::free_ports().await;
        let process = Command::new(driver)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(&browser.to_string_lossy()).unwrap();
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en"] {
            wanted.add_arg(argument).unwrap();
        }
        let server = format!("http://127.0.0.1:{port}");
        for _ in 0..100 {
            if let Ok(driver) = WebDriver::new(&server, wanted.clone()).await {
                return Some(Self { driver, process });
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the browser did not start");
    }

    /// Opens a page in a window of this width, in dark or light colours.
    pub async fn open(&self, url: &str, width: u32, is_dark: bool) {
        self.look(width, is_dark).await;
        self.driver.goto(url).await.unwrap();
    }

    /// Changes the window's width and colours.
    pub async fn look(&self, width: u32, is_dark: bool) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.cdp("Emulation.setDeviceMetricsOverride", size).await;
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.cdp("Emulation.setEmulatedMedia", features).await;
    }

    async fn cdp(&self, method: &str, parameters: Value) -> Value {
        self.driver.cdp().send_raw(method, parameters).await.unwrap()
    }

    pub async fn run(&self, script: &str) -> Value {
        self.driver.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    pub async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap().to_owned()
    }

    /// Checks what every page promises at every width and in both colours, and takes its pictures. With `BYOC_UPDATE`
    /// set, the pictures become those of the documentation.
    pub async fn inspect(&self, name: &str) {
        let html = self.run("return new XMLSerializer().serializeToString(document)").await;
        let weight = html.as_str().unwrap().len();
        assert!(weight <= HEAVIEST, "{name} weighs {weight} bytes");
        for width in WIDTHS {
            for is_dark in [false, true] {
                self.look(width, is_dark).await;
                let overflow = self.run("return document.documentElement.scrollWidth - innerWidth").await;
                assert!(overflow.as_i64().unwrap() <= 0, "{name} scrolls sideways at {width}: {overflow}");
                self.check_accessibility(&format!("{name} at {width}, dark {is_dark}")).await;
                self.picture(name, width, is_dark).await;
            }
        }
        // At 200 % zoom, a window has half the CSS pixels.
        self.look(WIDTHS[1] / 2, false).await;
        let overflow = self.run("return document.documentElement.scrollWidth - innerWidth").await;
        assert!(overflow.as_i64().unwrap() <= 0, "{name} scrolls sideways at 200 %: {overflow}");
    }

    async fn picture(&self, name: &str, width: u32, is_dark: bool) {
        let wanted = json!({"format": "png", "captureBeyondViewport": true});
        let answer = self.cdp("Page.captureScreenshot", wanted).await;
        let picture = answer["data"].as_str().unwrap();
        let picture = base64::engine::general_purpose::STANDARD.decode(picture).unwrap();
        let folder = if std::env::var_os("BYOC_UPDATE").is_some() {
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/screenshots")
        } else {
            std::env::temp_dir().join("byoc-screenshots")
        };
        std::fs::create_dir_all(&folder).unwrap();
        let colours = if is_dark { "dark" } else { "light" };
        std::fs::write(folder.join(format!("{name}-{width}-{colours}.png")), picture).unwrap();
    }

    /// Runs axe over the page. `npm ci` in `tests/axe` brings it.
    async fn check_accessibility(&self, name: &str) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("axe/node_modules/axe-core/axe.min.js");
        let Ok(axe) = std::fs::read_to_string(&script) else {
            eprintln!("skipped: run npm ci in tests/axe to check the accessibility of the pages");
            return;
        };
        self.driver.execute(&axe, Vec::new()).await.unwrap();
        let script = "const done = arguments[arguments.length - 1]; axe.run().then(
            (result) => done(result.violations.map((it) => [it.id, it.help, it.nodes.map((node) => node.html)])));";
        let found = self.driver.execute_async(script, Vec::new()).await.unwrap();
        assert_eq!(found.json(), &json!([]), "{name}");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
