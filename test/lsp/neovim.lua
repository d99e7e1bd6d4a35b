-- Driven by neovim.test.ts: opens a program in a real editor, waits for the findings,
-- asks for a hover, applies the quick fix, waits until the findings are gone.
-- Prints one JSON object; the test looks at it.
local answer = { stage = "start" }

local function finish()
  io.stdout:write(vim.fn.json_encode(answer) .. "\n")
  vim.cmd("qall!")
end

local function run()
  local command = vim.fn.json_decode(vim.env.KFUNC_LS_COMMAND)
  vim.cmd("edit " .. vim.fn.fnameescape(vim.env.KFUNC_LS_FILE))
  vim.bo.expandtab = false
  local client = vim.lsp.start_client({ name = "kfunc-ls", cmd = command, root_dir = vim.fn.getcwd() })
  vim.lsp.buf_attach_client(0, client)

  answer.stage = "diagnostics"
  vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end, 20)
  answer.found = {}
  for _, found in ipairs(vim.diagnostic.get(0)) do
    table.insert(answer.found, { line = found.lnum + 1, source = found.source, code = found.code })
  end

  answer.stage = "hover"
  vim.fn.search("bpf_task_from_pid(1)")
  local hover = vim.lsp.buf_request_sync(0, "textDocument/hover", vim.lsp.util.make_position_params(), 20000)
  answer.hover = hover and hover[client] and hover[client].result and hover[client].result.contents.value

  answer.stage = "fix"
  vim.api.nvim_win_set_cursor(0, { answer.found[1].line, 2 })
  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {} }
  local actions = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 20000)
  local action = actions[client].result[1]
  answer.title = action.title
  vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
  vim.wait(20000, function() return #vim.diagnostic.get(0) == 0 end, 20)
  answer.left = #vim.diagnostic.get(0)
  answer.text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") .. "\n"
  answer.stage = "done"
end

local ok, problem = pcall(run)
if not ok then answer.problem = tostring(problem) end
finish()
