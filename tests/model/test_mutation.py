"""Which commands change something, and which only look or talk about it."""

from __future__ import annotations

import pytest

from gameday.model.mutation import mutates

CHANGES = """
docker restart shop
sudo docker restart shop
sudo -n -u ops docker restart shop
DOCKER_HOST=tcp://x:2375 docker stop y
env -i A=1 docker kill y
/usr/bin/docker unpause y
docker -H ssh://box restart y
docker --context blue container stop y
docker compose -f a.yml -p shop up -d
docker-compose --project-name shop scale web=3
docker exec -it -u root gw replicas drain 10.0.0.1:8000
docker exec db psql -U app -c "update flags set on = true"
docker cp fix.conf web:/etc/fix.conf
docker service update --force web
docker network disconnect shop_default payments
docker ps -q --filter name=shop | xargs docker restart
docker ps -q | xargs -n 1 -P 2 docker kill
docker restart -t 1 $(docker ps -q --filter name=shop)
for c in a b; do docker restart $c; done
cd /srv && docker compose up -d
test -f x || docker start x
sh -c 'docker restart shop'
bash -lc "systemctl restart nginx"
ssh box 'docker restart shop'
ssh -p 22 ops@box sudo systemctl restart nginx
timeout 5 docker stop x
echo "$(docker restart shop)"
docker ps; docker stop x # and then look
curl -XPOST http://x/restart
curl -sX PUT http://x/flags/y -d '{"value": "on"}'
curl --request=DELETE http://x/y
curl --request PATCH http://x/y
curl -d x http://a
curl http://a --data-raw x
curl --json '{}' http://a
http POST http://a b=c
wget --post-data=x http://a
kubectl -n shop delete pod web-0
kubectl --context blue scale deploy/web --replicas=3
kubectl rollout undo deploy/web
kubectl exec web-0 -n shop -- kill 1
helm -n shop rollback web 3
systemctl restart nginx
service nginx reload
git push origin main
git -C /srv revert HEAD
psql -h db -c 'select pg_promote()'
psql -f fix.sql
redis-cli -h q del orders
redis-cli config set maxmemory 0
kill -9 4711
pkill -HUP worker
iptables -D INPUT 3
ip route del 10.0.0.0/8
tc qdisc del dev eth0 root
gameday sandbox scale shop=4
docker stop "my shop
"""

LOOKS = """
docker ps
docker compose ps
docker compose logs --tail 20 web
docker logs web --tail 5 # restart it if it says kill
docker ps -a --filter status=restarting
docker inspect -f '{{.State.Status}}' stop
docker ps | grep stop
docker exec web cat /etc/restart.conf
docker exec db psql -c 'select count(*) from orders'
docker cp web:/var/log/app.log .
docker stats --no-stream
grep "docker restart" notes.md
echo docker restart shop
echo "docker stop x" >> notes.md
man docker stop
# docker restart shop
history | grep "docker kill"
curl -s http://x/flags
curl -sG http://prometheus/api/v1/query --data-urlencode 'query=up == 0'
curl -G -d q=1 http://x
curl -X GET http://x
curl -I http://x
wget -qO- http://x
kubectl get pods
kubectl -n scale get pods
kubectl rollout status deploy/delete
kubectl rollout history x
kubectl delete pod x --dry-run=client
kubectl exec web-0 -- cat /etc/hosts
helm list
systemctl status nginx
systemctl list-units --type service
service nginx status
git log --oneline
git diff HEAD~1 -- restart.py
psql -c 'select * from orders'
redis-cli llen orders
redis-cli -h q info
kill -0 4711
kill -l
iptables -L -n
ip addr show
tc qdisc show
cat docker-compose.yml
vim restart.sh
ls -la stop
ssh box docker ps
watch -n 1 docker ps
gameday sandbox status
gameday log "docker restart did not help"
for c in a b; do docker logs $c; done
tail -f up.log

"""


@pytest.mark.parametrize("command", [line for line in CHANGES.splitlines() if line])
def test_it_changes_something(command: str) -> None:
    assert mutates(command)


@pytest.mark.parametrize("command", [line for line in LOOKS.splitlines() if line])
def test_it_only_looks(command: str) -> None:
    assert not mutates(command)


def test_what_cannot_be_taken_apart_is_taken_for_the_worse() -> None:
    assert mutates('grep -c "restart')
    assert not mutates('grep -c "nothing')


def test_a_line_of_many_lines_is_taken_apart_too() -> None:
    assert mutates("docker ps\ndocker restart shop\n")
    assert mutates("docker \\\n  restart shop")
    assert not mutates("docker ps # restart\ndocker logs web")


@pytest.mark.parametrize(
    "line", ["", " ", ";", "&&", "| |", "$()", "sudo", "env", "xargs", "docker", "sh -c", "ssh x", "sudo -u", "a=b", "( )"]
)
def test_nothing_is_no_change(line: str) -> None:
    assert not mutates(line)
