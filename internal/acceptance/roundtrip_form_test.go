package acceptance

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"strings"
)

const formType = "multipart/form-data"

// unformed replaces a form body by a description of its parts, without the random
// boundary between them.
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
			break // at the end; missing parts will be noticed
		}
		text, _ := io.ReadAll(part)
		parts[part.FormName()] = string(text)
	}
	got.header = got.header.Clone()
	got.header.Set("Content-Type", formType)
	got.body = inOrder(parts)
	return got
}

// formMembers returns the parts of a form for a JSON object of strings.
func formMembers(text string) string {
	parts := map[string]string{}
	_ = json.Unmarshal([]byte(text), &parts) // a member that is not a string will be missing
	return inOrder(parts)
}

func inOrder(parts map[string]string) string {
	text, _ := json.Marshal(parts) // cannot fail for strings
	return string(text)
}
