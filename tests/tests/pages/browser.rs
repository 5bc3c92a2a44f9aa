//! A real browser without a window. Debian's packages `chromium` and `chromium-driver` bring it; a test says so and
//! passes where there is none.
//!
//! The tests need ten commands of [WebDriver](https://www.w3.org/TR/webdriver2/), which are plain HTTP calls. The crates
//! for it change the features of the crates that the product uses (`serde_json/preserve_order`), so that all other tests
//! would test something else than what is deployed.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use base64::Engine;
use serde_json::{Value, json};

/// The widths of a phone and of a desktop, in CSS pixels.
pub const WIDTHS: [u32; 2] = [360, 1_400];
/// The window of 1,280 pixels at 200 % zoom, in CSS pixels.
const ZOOMED: u32 = 640;
/// The most that a page may weigh, in bytes.
const HEAVIEST: usize = 60 * 1_024;

/// A browser with an empty profile, stopped when dropped.
pub struct Browser {
    http: reqwest::Client,
    /// The URL of the session at the driver.
    session: String,
    _process: Process,
}

/// The driver, which ends with the test.
struct Process(Child);

/// An element of the page.
pub struct Element<'a> {
    browser: &'a Browser,
    id: String,
}

/// The key under which WebDriver writes the id of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// The Enter key, as WebDriver writes it.
pub const ENTER: &str = "\u{e007}";

/// The Tab key.
pub const TAB: &str = "\u{e004}";
/// The maximum number of stops of the Tab key on a page.
const MOST_STOPS: usize = 150;

/// Everything on the page that the keyboard should reach, from top to bottom.
const STOPS: &str = "const stops = () => [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex=\"0\"]')].filter(
    (it) => !it.disabled && it.type !== 'hidden' && it.checkVisibility());";

/// Finds stops that stand above the one before. A stop that has scrolled out of its frame stands where the frame is.
const ORDER: &str = "const rect = (it) => {
    const frame = it.parentElement.closest('[tabindex=\"0\"]')?.getBoundingClientRect();
    const { top, bottom, left, right } = it.getBoundingClientRect();
    return frame ? { top: Math.max(top, frame.top), bottom: Math.min(Math.max(bottom, frame.top), frame.bottom) + 1, left } : { top, bottom, left };
};
const all = stops();
return all.filter((it, at) => at > 0 && rect(it).bottom <= rect(all[at - 1]).top && (innerWidth < 600 || rect(it).left <= rect(all[at - 1]).left))
    .map((it) => it.outerHTML.slice(0, 200));";

/// Returns the number of the stop that has the focus, and whether one can see that.
const FOCUSED: &str = "const it = document.activeElement, style = getComputedStyle(it);
return [stops().indexOf(it), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2];";

/// Finds what is wider than the window or than its own room. What scrolls within a frame of its own may be wider.
const CUT: &str = "const scrolls = (it) => it && (/auto|scroll/.test(getComputedStyle(it).overflowX) || scrolls(it.parentElement));
const isHidden = (it) => getComputedStyle(it).clipPath !== 'none' || it.closest('thead');
return [...document.body.querySelectorAll('*')].filter((it) => it.checkVisibility() && !scrolls(it.parentElement) && !isHidden(it)).filter((it) => {
    const outside = it.getBoundingClientRect().right > innerWidth + 1;
    const isTight = /^(BUTTON|LABEL|P|H1|H2|H3|LI|DD|DT|TD|SUMMARY|CODE|A)$/.test(it.tagName) && it.clientWidth > 0 && it.scrollWidth > it.clientWidth + 1;
    return outside || isTight;
}).map((it) => it.outerHTML.slice(0, 200)).concat(document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : []);";

impl Browser {
    /// Starts a browser; `None`, with a word on standard error, if the machine has none.
    pub async fn start() -> Option<Self> {
        let (Some(driver), Some(browser)) = (program("chromedriver"), program("chromium")) else {
            eprintln!("skipped: install chromium and chromium-driver to test the pages in a browser");
            return None;
        };
        let port = byoc_tests::free_ports().await;
        let command = Command::new(driver)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let process = Process(command);
        let arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en"];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"binary": browser, "args": arguments}}}});
        let http = byoc_tests::http_client();
        for _ in 0..100 {
            let asked = http.post(format!("http://127.0.0.1:{port}/session")).body(wanted.to_string()).send().await;
            if let Ok(answer) = asked {
                let made: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
                let id = made["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {made}"));
                return Some(Self {
                    http,
                    session: format!("http://127.0.0.1:{port}/session/{id}"),
                    _process: process,
                });
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the browser did not start");
    }

    /// Opens a page in a window of this width, in dark or light colours.
    pub async fn open(&self, url: &str, width: u32, is_dark: bool) {
        self.look(width, is_dark).await;
        self.post("/url", json!({"url": url})).await;
    }

    /// Changes the window's width and colours.
    pub async fn look(&self, width: u32, is_dark: bool) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.cdp("Emulation.setDeviceMetricsOverride", size).await;
        // A scroll bar would cut the pictures of long pages on the right.
        self.cdp("Emulation.setScrollbarsHidden", json!({"hidden": true})).await;
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.cdp("Emulation.setEmulatedMedia", features).await;
    }

    /// Sends a command to the driver.
    async fn post(&self, command: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}{command}", self.session)).body(body.to_string());
        Self::value(command, request.send().await.unwrap()).await.unwrap_or_else(|error| panic!("{error}"))
    }

    async fn get(&self, command: &str) -> Result<Value, String> {
        Self::value(command, self.http.get(format!("{}{command}", self.session)).send().await.unwrap()).await
    }

    async fn value(command: &str, answer: reqwest::Response) -> Result<Value, String> {
        let is_good = answer.status().is_success();
        let mut answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        if is_good { Ok(answer["value"].take()) } else { Err(format!("{command}: {}", answer["value"]["message"])) }
    }

    async fn cdp(&self, method: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({"cmd": method, "params": parameters})).await
    }

    /// Runs a script and returns what the script returns.
    pub async fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", json!({"script": script, "args": []})).await
    }

    /// Returns the elements that a CSS selector finds.
    pub async fn all(&self, selector: &str) -> Vec<Element<'_>> {
        let found = self.post("/elements", json!({"using": "css selector", "value": selector})).await;
        let id = |element: &Value| Element { browser: self, id: element[ELEMENT].as_str().unwrap().to_owned() };
        found.as_array().unwrap().iter().map(id).collect()
    }

    /// Returns the first element that a CSS selector finds.
    pub async fn find(&self, selector: &str) -> Element<'_> {
        self.all(selector).await.into_iter().next().unwrap_or_else(|| panic!("the page has no {selector}"))
    }

    /// Returns the button with a text.
    pub async fn button(&self, text: &str) -> Element<'_> {
        let path = format!("//button[normalize-space()='{text}']");
        let found = self.post("/element", json!({"using": "xpath", "value": path})).await;
        Element { browser: self, id: found[ELEMENT].as_str().unwrap().to_owned() }
    }

    /// Returns the element that has the focus.
    pub async fn focused(&self) -> Element<'_> {
        let found = self.get("/element/active").await.unwrap();
        Element { browser: self, id: found[ELEMENT].as_str().unwrap().to_owned() }
    }

    /// Returns the path of the page.
    pub async fn path(&self) -> String {
        self.run("return location.pathname").await.as_str().unwrap().to_owned()
    }

    /// Returns the text of the page, as people see it.
    pub async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap().to_owned()
    }

    /// Waits until the page shows a text.
    pub async fn shows(&self, text: &str) {
        byoc_tests::eventually(text, async || self.text().await.contains(text).then_some(())).await;
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
                self.nothing_is_cut(&format!("{name} at {width}")).await;
                self.check_accessibility(&format!("{name} at {width}, dark {is_dark}")).await;
                self.picture(name, width, is_dark).await;
            }
        }
        for (width, text) in [(ZOOMED, "100%"), (WIDTHS[1] / 2, "100%"), (WIDTHS[0], "200%")] {
            self.look(width, false).await;
            self.run(&format!("document.documentElement.style.fontSize = '{text}'")).await;
            self.nothing_is_cut(&format!("{name} at {width}, text {text}")).await;
        }
        self.run("document.documentElement.style.fontSize = ''").await;
    }

    /// Checks that nothing scrolls sideways, except within its own frame, and that every text has the room it needs.
    async fn nothing_is_cut(&self, name: &str) {
        let cut = self.run(CUT).await;
        assert_eq!(cut, json!([]), "{name}");
    }

    /// Presses keys, one after the other, on whatever has the focus.
    pub async fn press(&self, keys: &str) {
        let strokes = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|stroke| json!({"type": stroke, "value": key.to_string()})));
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": strokes.collect::<Vec<_>>()});
        self.post("/actions", json!({"actions": [keyboard]})).await;
    }

    /// Presses the Tab key until the focus is on what a CSS selector finds.
    pub async fn tab_to(&self, selector: &str) {
        let is_there = format!("return document.activeElement.matches(`{selector}`)");
        for _ in 0..MOST_STOPS {
            self.press(TAB).await;
            if self.run(&is_there).await == true {
                return;
            }
        }
        panic!("the Tab key does not lead to {selector}");
    }

    /// Walks over the page with the Tab key alone: each stop is reached, one after the other as they stand on the page,
    /// the focus is visible at each, and behind the last one the page ends.
    pub async fn walk(&self, name: &str) {
        self.run("for (const it of document.querySelectorAll('details')) it.open = true").await;
        for width in WIDTHS {
            self.look(width, false).await;
            self.check_accessibility(&format!("{name} at {width}, everything open")).await;
            self.nothing_is_cut(&format!("{name} at {width}, everything open")).await;
            let order = self.run(&format!("{STOPS} {ORDER}")).await;
            assert_eq!(order, json!([]), "{name} at {width}: these stops stand above the ones before them");
            let stops = self.run(&format!("{STOPS} return stops().length")).await.as_u64().unwrap();
            assert!(stops > 0, "{name} has nothing to press");
            self.run("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
                .await;
            for stop in 0..stops {
                self.press(TAB).await;
                let found = self.run(&format!("{STOPS} {FOCUSED}")).await;
                assert_eq!(
                    found,
                    json!([stop, true]),
                    "{name} at {width}: stop {stop} of {stops}, {}",
                    self.stop_is().await
                );
            }
            self.press(TAB).await;
            let found = self.run(&format!("{STOPS} {FOCUSED}")).await;
            assert!(found[0].as_i64().unwrap() <= 0, "{name} at {width} ends before {}", self.stop_is().await);
        }
    }

    async fn stop_is(&self) -> String {
        self.run("return document.activeElement.outerHTML.slice(0, 300)").await.to_string()
    }

    async fn picture(&self, name: &str, width: u32, is_dark: bool) {
        let wanted = json!({"format": "png", "captureBeyondViewport": true});
        let answer = self.cdp("Page.captureScreenshot", wanted).await;
        let picture = answer["data"].as_str().unwrap();
        let picture = base64::engine::general_purpose::STANDARD.decode(picture).unwrap();
        let folder = if byoc_tests::variable("BYOC_UPDATE").is_some() {
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
        self.run(&axe).await;
        let script = "const done = arguments[arguments.length - 1]; axe.run().then(
            (result) => done(result.violations.map((it) => [it.id, it.help, it.nodes.map((node) => node.html)])));";
        let found = self.post("/execute/async", json!({"script": script, "args": []})).await;
        assert_eq!(found, json!([]), "{name}");
    }
}

impl Element<'_> {
    /// Clicks the element.
    pub async fn click(&self) {
        self.browser.post(&format!("/element/{}/click", self.id), json!({})).await;
    }

    /// Types on the element.
    pub async fn type_in(&self, text: &str) {
        self.browser.post(&format!("/element/{}/value", self.id), json!({"text": text})).await;
    }

    /// Empties a field.
    pub async fn clear(&self) {
        self.browser.post(&format!("/element/{}/clear", self.id), json!({})).await;
    }

    /// Returns the text of the element, as people see it.
    pub async fn text(&self) -> String {
        let text = self.browser.get(&format!("/element/{}/text", self.id)).await.unwrap();
        text.as_str().unwrap().to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(name: &str) -> Option<PathBuf> {
    let path = byoc_tests::variable("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
