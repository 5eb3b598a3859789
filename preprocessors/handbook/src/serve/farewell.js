// A preview is never kept on the device. Had a built site been served at this address before, its
// worker would go on showing that site: this one takes its place, and goes.
"use strict";
self.addEventListener("install", function () {
    self.skipWaiting();
});
self.addEventListener("activate", function (event) {
    event.waitUntil(self.registration.unregister().then(function () {
        return self.clients.matchAll({ type: "window" });
    }).then(function (pages) {
        return Promise.all(pages.map(function (page) {
            return page.navigate(page.url);
        }));
    }));
});
