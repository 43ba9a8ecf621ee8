;;; init.el --- An Emacs whose state can be looked at  -*- lexical-binding: t -*-

;;; Commentary:

;; Eglot as docs/editors.md has it, and a file that always has what there is to be seen.  Loaded by run.py.
;;
;;   ANTIPASTA_COMMAND    the server's command, as a JSON list
;;   ANTIPASTA_STATE      the file that the state is written to

;;; Code:

(require 'eglot)
(require 'flymake)
(require 'json)

(add-to-list 'eglot-server-programs
             (cons '(python-mode python-ts-mode) (json-parse-string (getenv "ANTIPASTA_COMMAND") :array-type 'list)))
(add-hook 'python-mode-hook #'eglot-ensure)

(setq auto-save-default nil
      create-lockfiles nil
      eglot-autoreconnect 1
      inhibit-startup-screen t
      make-backup-files nil)

(defun state-diagnostic (diagnostic)
  "The text that DIAGNOSTIC underlines, and what it says."
  (list (buffer-substring-no-properties (flymake-diagnostic-beg diagnostic) (flymake-diagnostic-end diagnostic))
        (flymake-diagnostic-text diagnostic)))

(defun state-write ()
  "Write what there is to be seen."
  (let* ((server (eglot-current-server))
         (file (getenv "ANTIPASTA_STATE"))
         (state (list :buffer (buffer-name)
                      :message (or (current-message) "")
                      :log (with-current-buffer (messages-buffer) (buffer-string))
                      :server (if server (process-id (jsonrpc--process server)) :null)
                      :diagnostics (vconcat (mapcar (lambda (one) (vconcat (state-diagnostic one)))
                                                    (and flymake-mode (flymake-diagnostics)))))))
    (write-region (json-serialize state) nil (concat file ".new") nil 'quiet)
    (rename-file (concat file ".new") file t)))

(run-with-timer 0 0.1 #'state-write)

;;; init.el ends here
