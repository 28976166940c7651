package browser

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
)

const style = `body{font:1.125rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;` +
	`color:#1a1a1a;background:#fff}code{display:inline-block;font-size:2rem;letter-spacing:.2em;` +
	`padding:.25rem .75rem;border:2px solid;border-radius:.5rem}` +
	`@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}`

// page has no picture, script or font to load, and an empty icon, so that the
// browser does not ask for one.
const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>%[1]s – epilot CLI</title>
<link rel="icon" href="data:,">
<style>` + style + `</style>
</head>
<body>
<main>
<h1>%[1]s</h1>
%[2]s
</main>
</body>
</html>
`

// protect sets what every answer has: it is kept nowhere, framed by nobody and
// loads nothing, and the next page does not hear where the browser was.
func protect(h http.Header) {
	sum := sha256.Sum256([]byte(style))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+
		"'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Connection", "close")
	h.Set("Content-Type", "text/html; charset=utf-8")
}

// refuse says no. It repeats nothing of what was asked.
func refuse(w http.ResponseWriter, status int, why string) {
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodGet)
	}
	w.WriteHeader(status)
	write(w, "Not signed in", "<p>"+why+"</p>\n<p>The terminal still waits for its own login.</p>")
}

// done is the last page, once there is a login to speak of.
func (l *Login) done(w http.ResponseWriter) {
	l.mu.Lock()
	won := l.won
	l.mu.Unlock()
	if !won {
		refuse(w, http.StatusNotFound, "There is no such page.")
		return
	}
	write(w, "Signed in", "<p>The terminal has received your login. Its code is</p>\n<p><code>"+l.Code+
		"</code></p>\n<p>Compare it with the one in the terminal. You can close this window.</p>")
	l.once.Do(func() { close(l.shown) })
}

// write sends the page; a browser that is gone misses nothing.
func write(w io.Writer, title, text string) { _, _ = fmt.Fprintf(w, page, title, text) }
