package resource

import (
	"net/http"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// The default board of an organization is a stored name for one of its boards.

// defaultBoard returns the handlers of the operations on the default kanban
// board, by method and path.
func (r *Service) defaultBoard() map[string]message.Handler {
	return map[string]message.Handler{
		"PUT /v1/kanban/org/default-board":    r.setDefaultBoard,
		"DELETE /v1/kanban/org/default-board": r.setDefaultBoard,
		"GET /v1/kanban/board/{boardId}":      r.getDefaultBoard,
	}
}

func defaultBoards() store.Collection { return store.Collection{Name: "kanban\x00=default-board"} }

func (r *Service) setDefaultBoard(c *message.Request) (*message.Response, error) {
	id, text, was := c.Query.Get("boardId"), "", ""
	err := r.update(c, func(tx *bolt.Tx) error {
		if found := defaultBoards().Get(tx, "default"); found != nil {
			was = jsonx.Unquote(found.Text)
		}
		if c.Op.Method == http.MethodDelete {
			text = "The default board was cleared"
			return defaultBoards().Remove(tx, "default")
		}
		if boards(c).Get(tx, id) == nil {
			return nil
		}
		text, was = "The default board was set", id
		return defaultBoards().Put(tx, "default", object.Quote(id))
	})
	if err != nil || text == "" || was == "" {
		return nil, err
	}
	c.Kept = true
	return documentResponse(c.Op, jsonx.Object{
		{Name: "message", Value: object.Quote(text)}, {Name: "default_board_id", Value: object.Quote(was)},
	}.Text()), nil
}

func boards(c *message.Request) store.Collection {
	return store.Collection{Name: c.API.Name + "\x00kanban/board"}
}

// getDefaultBoard serves the board "default"; other ids are served as usual.
func (r *Service) getDefaultBoard(c *message.Request) (*message.Response, error) {
	if c.Path["boardId"] != "default" {
		return nil, nil
	}
	id := ""
	err := r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error {
		if found := defaultBoards().Get(tx, "default"); found != nil {
			id = jsonx.Unquote(found.Text)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if id == "" {
		return nil, message.Refuse(http.StatusNotFound, "the organization has no default board")
	}
	c.Path["boardId"] = id
	return nil, nil
}
