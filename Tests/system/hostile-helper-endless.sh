# A helper whose connection stays open delays no repair, and is abandoned after a while.
source "$(dirname "${BASH_SOURCE[0]}")/hostile/helper.sh"

for manner in silent orphan children; do
    suffers $manner '*'
    parts
done
PATIENCE=40
suffers slow abandoned
expect "slow: next to nothing of it is kept" next_to_nothing
eventually "slow: no descriptor stays open" no_more_open $open
parts
