//! The generated URLs, their tokens, and the rotation of both.

use serde_json::Value;
use std::time::Duration;

use super::{Admin, InstallationView};
use crate::{
    installations::OpenInstallation,
    model::installation::{Installation, Route, TokenHash},
    outside::{clock::now, vault::Sealed},
    tools::{
        answer::ApiError,
        crypto::{RandomError, random_id, sha256_hex},
        millis::Millis,
        secret::Secret,
        sentences::Sentence,
    },
};

/// The time that a replaced URL stays valid.
const OVERLAP: Duration = Duration::from_secs(24 * 3_600);
/// The number of replaced URLs of each kind that stay valid at the same time. URLs that are replaced beyond this number
/// become invalid at once, so that nobody can fill the record or end the URL that the platform was told before.
const OVERLAPS: usize = 20;
/// The time that a settings key stays valid.
const SETTINGS_KEY_LIFE: Duration = Duration::from_secs(30 * 24 * 3_600);

impl Admin {
    /// Rotates URLs (`channel` and `helpdesk` unless `urls` names others) and registers the channel's new one. The old
    /// URLs stay valid for 24 hours; an old settings key becomes invalid at once.
    ///
    /// # Errors
    /// Those of [`register`](Self::register), and 422 for an unknown name of a URL.
    pub async fn rotate(&self, id: &str, urls: Option<&Value>) -> Result<InstallationView, ApiError> {
        let routes = routes_to_rotate(urls)?;
        let open = self.find_installed(id).await?;
        let mut installation = open.installation.clone();
        let mut sealed = open.sealed.as_ref().clone();
        for route in &routes {
            renew_token(&mut installation, &mut sealed, *route, now())?;
        }
        let open = self.save(installation, sealed, &[]).await?;
        if routes.contains(&Route::Channel) { self.register_webhook(open).await } else { self.view(&open).await }
    }

    pub(super) fn url(&self, open: &OpenInstallation, route: Route) -> String {
        open.url(&self.public_url, route).unwrap_or_default()
    }
}

/// Makes a new token for every URL without a valid token.
pub(super) fn renew_dead_tokens(
    installation: &mut Installation,
    sealed: &mut Sealed,
    now: Millis,
) -> Result<(), RandomError> {
    for route in [Route::Channel, Route::Helpdesk, Route::Settings] {
        let admits = |token: &Secret| installation.admits(route, token.reveal(), now).is_some();
        if !sealed.tokens.get(route.word()).is_some_and(admits) {
            renew_token(installation, sealed, route, now)?;
        }
    }
    Ok(())
}

/// Makes a new token for a URL. The old one stays valid for another day, so that there is time to tell the platform. An
/// old settings key does not, because that day would help only whoever stole it.
fn renew_token(
    installation: &mut Installation,
    sealed: &mut Sealed,
    route: Route,
    now: Millis,
) -> Result<(), RandomError> {
    let token = random_id()?;
    let is_key = route == Route::Settings;
    let is_old = |known: &TokenHash| known.route == route && known.replaced;
    installation.tokens.retain(|known| known.until.is_none_or(|until| now < until));
    if is_key || installation.tokens.iter().filter(|known| is_old(known)).count() >= OVERLAPS {
        installation.tokens.retain(|known| known.route != route || is_old(known));
    }
    for known in installation.tokens.iter_mut().filter(|known| known.route == route && !known.replaced) {
        known.replaced = true;
        known.until = Some(now.plus(OVERLAP));
    }
    installation.tokens.push(TokenHash {
        route,
        sha256: sha256_hex(token.as_bytes()),
        until: is_key.then(|| now.plus(SETTINGS_KEY_LIFE)),
        replaced: false,
    });
    sealed.tokens.insert(route.word().to_owned(), Secret::new(token));
    Ok(())
}

fn routes_to_rotate(urls: Option<&Value>) -> Result<Vec<Route>, ApiError> {
    let bad = || ApiError::unprocessable("bad_setting", Sentence::BadUrlNames);
    let Some(urls) = urls.filter(|urls| !urls.is_null()) else { return Ok(vec![Route::Channel, Route::Helpdesk]) };
    let names = urls.as_array().ok_or_else(bad)?;
    let mut routes: Vec<Route> = Vec::new();
    for name in names {
        let all = [Route::Channel, Route::Helpdesk, Route::Settings];
        let route = all.into_iter().find(|route| name.as_str() == Some(route.word())).ok_or_else(bad)?;
        if !routes.contains(&route) {
            routes.push(route);
        }
    }
    Ok(routes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::apply::blank;

    const START: Millis = Millis::new(0);
    const LATER: Millis = Millis::new(5_000);

    fn just_before(moment: Millis) -> Millis {
        moment.minus(Duration::from_millis(1))
    }

    #[test]
    fn a_replaced_url_lives_for_a_day_and_a_replaced_settings_key_not_at_all() {
        let (mut installation, mut sealed) = (blank(String::new(), START).unwrap(), Sealed::default());
        for (route, good_until, replaced_until) in
            [(Route::Channel, None, LATER.plus(OVERLAP)), (Route::Settings, Some(SETTINGS_KEY_LIFE), LATER)]
        {
            renew_token(&mut installation, &mut sealed, route, START).unwrap();
            let first = sealed.tokens[route.word()].clone();
            let admits = |installation: &Installation, now| installation.admits(route, first.reveal(), now).is_some();
            assert!(admits(&installation, just_before(START.plus(SETTINGS_KEY_LIFE))), "{route:?}");
            assert_eq!(admits(&installation, START.plus(SETTINGS_KEY_LIFE)), good_until.is_none(), "{route:?}");
            renew_token(&mut installation, &mut sealed, route, LATER).unwrap();
            assert_eq!(admits(&installation, just_before(replaced_until)), route == Route::Channel, "{route:?}");
            assert!(!admits(&installation, replaced_until), "{route:?}");
            assert!(installation.admits(route, sealed.tokens[route.word()].reveal(), LATER).is_some(), "{route:?}");
        }
    }

    #[test]
    fn urls_that_are_rotated_without_end_do_not_fill_the_record() {
        let (mut installation, mut sealed) = (blank(String::new(), START).unwrap(), Sealed::default());
        renew_token(&mut installation, &mut sealed, Route::Channel, START).unwrap();
        let first = sealed.tokens["channel"].clone();
        for now in (0..3_000).map(Millis::new) {
            renew_token(&mut installation, &mut sealed, Route::Channel, now).unwrap();
            renew_token(&mut installation, &mut sealed, Route::Settings, now).unwrap();
        }
        assert!(installation.tokens.len() < 50, "{} tokens", installation.tokens.len());
        // The platform still calls the URL that it was told first.
        assert!(installation.admits(Route::Channel, first.reveal(), just_before(START.plus(OVERLAP))).is_some());
        assert!(installation.admits(Route::Channel, sealed.tokens["channel"].reveal(), START.plus(OVERLAP)).is_some());
    }
}
