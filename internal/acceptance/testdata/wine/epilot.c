// Runs the Windows build under Wine: WINE and PROGRAM are paths. On a busy machine, one
// of two thousand starts under Wine 8 ends with status 1 and without a word, for commands
// that print something and have another status. The program is started again then; its
// own errors are always printed.
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// copy passes on what can be read, and returns its length: 0 at the end.
static ssize_t copy(int from, int to) {
	char text[65536];
	ssize_t length = read(from, text, sizeof text);
	for (ssize_t done = 0; done < length;) {
		ssize_t n = write(to, text + done, length - done);
		if (n < 0)
			exit(125);
		done += n;
	}
	return length;
}

// run returns the exit status, and whether something was printed.
static int run(char **command, int *printed) {
	int out[2], err[2], status;
	if (pipe(out) || pipe(err))
		exit(125);
	pid_t child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(out[1], 1), dup2(err[1], 2);
		close(out[0]), close(out[1]), close(err[0]), close(err[1]);
		execv(WINE, command);
		_exit(126);
	}
	close(out[1]), close(err[1]);
	struct pollfd open[] = {{.fd = out[0], .events = POLLIN}, {.fd = err[0], .events = POLLIN}};
	while (open[0].fd >= 0 || open[1].fd >= 0) {
		poll(open, 2, -1);
		for (int i = 0; i < 2; i++) {
			if (open[i].fd < 0 || !open[i].revents)
				continue;
			if (copy(open[i].fd, i + 1) > 0)
				*printed = 1;
			else
				close(open[i].fd), open[i].fd = -1;
		}
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int count, char **args) {
	char *command[count + 2];
	command[0] = WINE, command[1] = PROGRAM;
	for (int i = 1; i <= count; i++) // with the NULL at the end
		command[i + 1] = args[i];
	setenv("TMPDIR", TEMPORARY, 1); // where Wine's programs find their server
	int status = 1, printed = 0;
	for (int attempt = 0; attempt < 3 && status == 1 && !printed; attempt++)
		status = run(command, &printed);
	return status;
}
