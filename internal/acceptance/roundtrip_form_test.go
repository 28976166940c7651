package acceptance

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"strings"
)

const formType = "multipart/form-data"

// unformed is the request with a body that says what the parts of its form are,
// and without the boundary between them, which is random.
func unformed(got arrival) arrival {
	mediaType, words, err := mime.ParseMediaType(got.header.Get("Content-Type"))
	if err != nil || mediaType != formType {
		return got
	}
	parts := map[string]string{}
	form := multipart.NewReader(strings.NewReader(got.body), words["boundary"])
	for {
		part, err := form.NextRawPart()
		if err != nil {
			break // at the end; whatever is missing will be seen
		}
		text, _ := io.ReadAll(part)
		parts[part.FormName()] = string(text)
	}
	got.header = got.header.Clone()
	got.header.Set("Content-Type", formType)
	got.body = inOrder(parts)
	return got
}

// formMembers are the parts that a form has for a JSON object of texts.
func formMembers(text string) string {
	parts := map[string]string{}
	_ = json.Unmarshal([]byte(text), &parts) // a member that is no text will be missing
	return inOrder(parts)
}

func inOrder(parts map[string]string) string {
	text, _ := json.Marshal(parts) // texts alone cannot fail
	return string(text)
}
