package transport

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestRedactHeader(t *testing.T) {
	t.Parallel()
	present := http.Header{
		"Authorization": {"Bearer abc.def"}, "Proxy-Authorization": {"Basic Zm9v"}, "Cookie": {"a=b"},
		"Set-Cookie": {"a=b", "c=d"}, "X-Api-Key": {"k"}, "X-Amz-Security-Token": {"t"}, "X-Client-Secret": {"s"},
		"X-Password": {"p"}, "X-Odd": {"Bearer 0123456789abcdef"}, "Accept": {"application/json"}, "X-Echo": {"was longsecret!"},
	}
	got := NewRedactor("longsecret").Header(present)
	for name, want := range map[string]string{
		"Authorization": "Bearer ***", "Proxy-Authorization": "Basic ***", "Cookie": "***", "Set-Cookie": "***",
		"X-Api-Key": "***", "X-Amz-Security-Token": "***", "X-Client-Secret": "***", "X-Password": "***",
		"X-Odd": "Bearer ***", "Accept": "application/json", "X-Echo": "was ***!",
	} {
		if got.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Get(name), want)
		}
	}
	if len(got["Set-Cookie"]) != 2 || present.Get("X-Api-Key") != "k" {
		t.Errorf("lost values or changed the original: %v, %v", got, present)
	}
}

func TestRedactURL(t *testing.T) {
	t.Parallel()
	redactor := NewRedactor("long secret/1", "short")
	for present, want := range map[string]string{
		"https://a.example/v1/x?limit=1&q=%20a":                    "https://a.example/v1/x?limit=1&q=%20a",
		"https://me:pw@a.example/":                                 "https://***@a.example/",
		"https://a.example/@b.example/x?m=a@b.example&pwd=x":       "https://a.example/@b.example/x?m=a@b.example&pwd=***",
		"https://me:p@a.example/@b?x@y":                            "https://***@a.example/@b?x@y",
		"https://a.example?x@y":                                    "https://a.example?x@y",
		"mailto:a@b.example":                                       "mailto:a@b.example",
		"":                                                         "",
		"https://a.example/?access_token=x&b=2&API-Key=y":          "https://a.example/?access_token=***&b=2&API-Key=***",
		"https://a.example/?%74oken=x&flag":                        "https://a.example/?%74oken=***&flag",
		"https://a.example/?X-Amz-Signature=x&sig=y&design=":       "https://a.example/?X-Amz-Signature=***&sig=***&design=",
		"https://a.example/long%20secret%2F1/x":                    "https://a.example/***/x",
		"https://a.example/?q=long+secret%2f1&r=l%6fng%20secret/1": "https://a.example/?q=***&r=***",
		"https://a.example/short/shortly?short=1":                  "https://a.example/***/shortly?***",
		"https://a.example/#access_token=x":                        "https://a.example/",
		"https://a.example/ü?ü":                                    "https://a.example/%C3%BC?%C3%BC",
	} {
		u, err := url.Parse(present)
		if err != nil {
			t.Fatal(err)
		}
		if got := redactor.URL(u); got != want {
			t.Errorf("%s\nis   %s\nwant %s", present, got, want)
		}
	}
	if redactor.URL(nil) != "" {
		t.Error("nil")
	}
}

func TestRedactText(t *testing.T) {
	t.Parallel()
	redactor := NewRedactor("12345678", "123456789abc", "pin", " ", "**", "")
	redactor.Add("added-later\n")
	for present, want := range map[string]string{
		"x12345678x":                       "x***x",
		"123456789abc":                     "***",
		"pin, spinning (pin)":              "***, spinning (***)",
		"pinadded-later":                   "******",
		"1234123456785678":                 "1234***5678",
		"no bearer token":                  "no bearer token",
		"eyJhbGciOiJ.eyJpc3MiOiJ4.sig!":    "***!",
		"see http://me:a@b@x/?pwd=1&key=2": "see http://***@x/?pwd=***&key=2",
	} {
		if got := redactor.Text(present); got != want {
			t.Errorf("%q is %q, want %q", present, got, want)
		}
	}
}

// FuzzRedact: no output contains a secret, wherever it was.
func FuzzRedact(f *testing.F) {
	f.Add("0123456789", "a", "b", "X-Odd")
	f.Add("abc", " ", ".", "Authorization")
	f.Add("se cret/?#%&+", "x=", "&y", "token")
	f.Add("********", "***", "**", "key")
	f.Add("%2A%2A%2A", "%", "A", "q")
	f.Add("Bearer x", "Bearer ", "", "Cookie")
	f.Fuzz(func(t *testing.T, secret, before, after, name string) {
		redactor := NewRedactor(secret, before+"x")
		text := before + secret + after
		address := &url.URL{
			Scheme: "https", Host: "a.example", Path: "/" + text, User: url.UserPassword("u", secret), Fragment: text,
			RawQuery: name + "=" + text + "&" + url.Values{name: {text}, text: {name}}.Encode(),
		}
		shown := []string{
			redactor.Text(text), redactor.URL(address), redactor.Value(name, text),
			redactor.Header(http.Header{"X": {text}})["X"][0],
		}
		secret = strings.TrimSpace(secret)
		for _, output := range shown {
			if !strings.Contains(Hidden, secret) && leaks(output, secret) {
				t.Errorf("%q shows %q", output, secret)
			}
		}
	})
}

// leaks finds long secrets anywhere and short ones as separate words.
func leaks(output, secret string) bool {
	if len(secret) >= minAnywhere {
		return strings.Contains(output, secret)
	}
	for at := range output {
		if strings.HasPrefix(output[at:], secret) && !inWord(output, at, at+len(secret)) {
			return true
		}
	}
	return false
}
