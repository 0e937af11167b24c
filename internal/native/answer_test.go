package native

import (
	"fmt"
	"testing"

	"goddard/internal/mq"
	"goddard/internal/remoting"
)

func TestEveryCodeIsTranslated(t *testing.T) {
	internal := map[mq.Code]bool{mq.CodeInternal: true, mq.CodeMessageNotFound: true}
	for _, c := range mq.Codes() {
		got := ResponseCode(c)
		if got == remoting.Success {
			t.Errorf("%v is answered as a success", c)
		}
		if (got == remoting.SystemError) != internal[c] {
			t.Errorf("%v is answered as %d", c, got)
		}
	}
}

func TestErrorResponseShowsTheReasonOnly(t *testing.T) {
	err := fmt.Errorf("internal detail: %w", mq.Errorf(mq.CodeTopicNotFound, "topic t does not exist"))
	r := ErrorResponse(err)
	if r.Code != remoting.TopicNotExist || r.Remark != "topic t does not exist" {
		t.Errorf("ErrorResponse = %+v", r)
	}
}
